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


def taken_apart(item: Any) -> tuple[str, dict[str, Any]]:
    """Return (kind, parts) of a table; the parts are arrays, lists and names."""
    if hasattr(item, "columns"):
        columns = [_values(item.iloc[:, k]) for k in range(item.shape[1])]
        names = [_values(item.columns), _values(item.index)]
        return "DataFrame", {"columns": columns, "names": names}
    values, name = _values(item), item.name
    if hasattr(item, "index"):
        return "Series", {"values": values, "name": name, "index": _values(item.index)}
    return "Index", {"values": values, "name": name}


def put_together(kind: Any, parts: Mapping[str, Any]) -> Any:
    """Return the table of such parts, or raise ValueError or TypeError."""
    import pandas as pd

    if kind == "DataFrame":
        columns, index = (_index(pd, each) for each in parts["names"])
        series = [_series(pd, each, index) for each in parts["columns"]]
        table = pd.DataFrame(dict(enumerate(series)), index=index)
        table.columns = columns
        return table
    if kind == "Series":
        found = _series(pd, parts["values"], _index(pd, parts["index"]))
        return found.rename(parts["name"])
    if kind == "Index":
        return _index(pd, parts["values"]).rename(parts["name"])
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


def _index(pd: Any, told: tuple[str, Any]) -> Any:
    dtype, values = told
    if dtype == "range":
        return pd.RangeIndex(values)
    return pd.Index(pd.Series(values).astype(dtype))
