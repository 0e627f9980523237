"""What must hold of any page however it is looked at, seen in one visit: to open it anew for each
colour scheme and width costs more than to look.
"""

from axe_playwright_python.sync_playwright import Axe, AxeResults

WIDE, PHONE, NARROW = 1280, 390, 320  # pixels
HEIGHT = 800
AXE = Axe()
# Of what axe finds, this can differ where only colours or widths do.
BY_LOOKS = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]

# Whether it can be seen, and ends past the edge, though nothing scrolls.
SET_LETTERS = """([size, dir]) => {
  document.documentElement.dir = dir;
  document.documentElement.style.fontSize = size;
}"""
STICKING_OUT = """width => [
    ...document.querySelectorAll("#content :is(input, select, textarea, .ProseMirror)")]
  .filter(field => field.checkVisibility() && field.type !== "hidden"
    && field.getBoundingClientRect().right > width && !field.closest(".results"))
  .map(field => field.id || field.className)"""


def found_by_axe(page, rules=None) -> str:
    """A report; empty if it finds nothing. It looks for `rules` alone, if there are any."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    options = {"resultTypes": ["violations"], "preload": False}
    if rules:
        options["runOnly"] = rules
    found = AxeResults(page.evaluate("options => axe.run(options)", options))
    return found.generate_report() if found.violations_count else ""


def wrong(page, name: str, complaints=(), *, form: bool = False) -> list[str]:
    """What is wrong with a page in light and dark, wide and narrow, and from right to left.

    Of a form its fields are looked at as well, which can be cut off though nothing scrolls. What
    the browser says against axe, which writes styles, is taken out of `complaints` again.
    """
    said, before = [], len(complaints)

    def look(width, scheme, rules=None):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme=scheme)
        page.evaluate("document.getAnimations().forEach(one => one.finish())")  # of colours
        if report := found_by_axe(page, rules):
            said.append(f"{name} at {width}, {scheme}\n{report}")

    def measure(width, direction="ltr"):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.evaluate("dir => { document.documentElement.dir = dir; }", direction)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            said.append(f"{name} scrolls sideways at {width}, {direction}")
        if form and (fields := page.evaluate(STICKING_OUT, width)):
            said.append(f"{name} cuts off at {width}, {direction}: {fields}")

    look(WIDE, "light")
    look(WIDE, "dark", BY_LOOKS)
    look(PHONE, "dark")
    measure(PHONE)
    look(PHONE, "light", BY_LOOKS)
    measure(NARROW)
    measure(PHONE, "rtl")
    page.set_viewport_size({"width": WIDE, "height": HEIGHT})
    page.evaluate("document.documentElement.removeAttribute('dir')")
    page.emulate_media(color_scheme="light")
    if complaints:
        complaints[before:] = [line for line in complaints[before:] if "inline style" not in line]
    return said


def large(page, name: str) -> list[str]:
    """What of a page sticks out with letters of twice the size, in both directions."""
    said = []
    for width in (PHONE, WIDE):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        for direction in ("ltr", "rtl"):
            page.evaluate(SET_LETTERS, ["200%", direction])
            if page.evaluate("document.documentElement.scrollWidth") > width:
                said.append(f"{name} scrolls sideways at {width}, {direction}, letters of 200 %")
    page.evaluate(SET_LETTERS, ["", "ltr"])
    return said
