"""axe-core, asked of an open page: which faults keep people from using it.

The package axe-playwright-python ships axe-core, so nothing is fetched.
"""

SERIOUS = ("serious", "critical")


def faults(page, within=None, without=()):
    """Return a sentence for each serious or critical fault of a page, one per rule.

    What is folded away is unfolded first.

    Parameters
    ----------
    page : an open page of Playwright
    within, without : CSS selectors of the part to look at, and of parts to leave out
    """
    from axe_playwright_python.base import AXE_SCRIPT

    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    page.evaluate(
        "document.querySelectorAll('details').forEach(each => { each.open = true })"
    )
    place = {"include": [[within or "html"]], "exclude": [[each] for each in without]}
    run = "place => axe.run(place, {resultTypes: ['violations']})"
    found = page.evaluate(run, place)
    return [_told(each) for each in found["violations"] if each["impact"] in SERIOUS]


def _told(fault):
    nodes = fault["nodes"]
    shown = "; ".join(f"{n['target'][-1]}: {n['html'][:160]}" for n in nodes[:3])
    return f"{fault['id']} ({fault['impact']}), {len(nodes)} times: {shown}"
