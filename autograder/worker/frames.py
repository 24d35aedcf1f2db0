"""Tables of pandas as plain data, and plain data as tables."""

import sys
from collections.abc import Mapping
from typing import Any

KINDS = ("DataFrame", "Series", "Index", "RangeIndex", "DatetimeIndex")


def is_table(item: object) -> bool:
    """Tell whether it is a DataFrame, a Series or an index, and no subclass of one."""
    pandas = sys.modules.get("pandas")
    if pandas is None or type(item).__module__.partition(".")[0] != "pandas":
        return False
    return type(item) in [getattr(pandas, kind, None) for kind in KINDS]


def taken_apart(item: Any) -> tuple[str, dict[str, Any]] | None:
    """Return (kind, parts) of a table: arrays, lists and names; None of an odd one."""
    try:
        return _taken_apart(item)
    except Exception:
        return None


def _taken_apart(item: Any) -> tuple[str, dict[str, Any]]:
    if hasattr(item, "columns"):
        columns = [_values(item.iloc[:, k]) for k in range(item.shape[1])]
        axes = [_values(axis) for axis in (item.columns, item.index)]
        names = [item.columns.name, item.index.name]
        return "DataFrame", {"columns": columns, "axes": axes, "names": names}
    values, name = _values(item), item.name
    if hasattr(item, "index"):
        axes, names = [_values(item.index)], [item.index.name]
        parts = {"values": values, "name": name, "axes": axes, "names": names}
        return "Series", parts
    return "Index", {"axes": [values], "names": [name]}


def put_together(kind: Any, parts: Mapping[str, Any]) -> Any:
    """Return the table of such parts, or raise ValueError or TypeError."""
    import pandas as pd

    pairs = zip(parts["axes"], parts["names"], strict=True)
    axes = [_index(pd, *each).rename(name) for each, name in pairs]
    if kind == "DataFrame":
        columns, index = axes
        series = [_series(pd, each, index) for each in parts["columns"]]
        table = pd.DataFrame(dict(enumerate(series)), index=index)
        table.columns = columns
        return table
    if kind == "Series":
        return _series(pd, parts["values"], axes[0]).rename(parts["name"])
    if kind == "Index":
        return axes[0]
    raise ValueError("not a table")


def _values(item: Any) -> tuple[str, Any]:
    """Return (dtype, values): an array of numbers, or a list."""
    if type(item).__name__ == "RangeIndex":
        return "range", range(item.start, item.stop, item.step)
    dtype, values = str(item.dtype), item.to_numpy()
    if values.dtype.kind in "biufc":
        return dtype, values
    if values.dtype.kind in "mM":
        return dtype, values.astype("int64")
    return dtype, [None if _is_missing(each) else each for each in values.tolist()]


def _is_missing(each: object) -> bool:
    return each is None or type(each).__name__ in ("NAType", "NaTType")


def _series(pd: Any, told: tuple[str, Any], index: Any) -> Any:
    dtype, values = told
    return pd.Series(values, index=index).astype(dtype)


def _index(pd: Any, dtype: str, values: Any) -> Any:
    if dtype == "range":
        return pd.RangeIndex(values)
    return pd.Index(pd.Series(values).astype(dtype))
