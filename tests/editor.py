"""What an editor does in a browser: open a form, fill it in, add rows, save, read the answer."""

from html.parser import HTMLParser

from django.urls import reverse


def address(model, page="changelist", *args):
    options = model._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_{page}", args=args)


class FormReader(HTMLParser):
    """The values that a browser would send back, by name."""

    def __init__(self):
        super().__init__()
        self.data = {}
        self.select = self.textarea = self.first_option = None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        is_ticked = tag == "input" and attrs.get("type") in {"checkbox", "radio"}
        name, value = attrs.get("name"), attrs.get("value", "on" if is_ticked else "") or ""
        if tag == "select":
            self.select, self.first_option = name, None
            self.data[name] = [] if "multiple" in attrs else None
        elif tag == "option" and self.select:
            if isinstance(self.data[self.select], list):
                self.data[self.select] += [value] if "selected" in attrs else []
            elif "selected" in attrs:
                self.data[self.select] = value
            elif self.first_option is None:
                self.first_option = value
        elif tag == "textarea":
            self.textarea, self.data[name] = name, ""
        elif tag == "input" and name:
            kind = attrs.get("type", "text")
            if kind == "checkbox":
                value = value or "on"
            if kind not in {"submit", "file"} and (
                kind not in {"checkbox", "radio"} or "checked" in attrs
            ):
                self.data[name] = value

    def handle_endtag(self, tag):
        if tag == "select":
            if self.data[self.select] is None:
                self.data[self.select] = self.first_option or ""
            self.select = None
        elif tag == "textarea":
            self.data[self.textarea] = self.data[self.textarea].removeprefix("\n")
            self.textarea = None

    def handle_data(self, data):
        if self.textarea:
            self.data[self.textarea] += data


def read_form(response):
    assert response.status_code == 200
    reader = FormReader()
    reader.feed(response.text)
    return {name: value for name, value in reader.data.items() if "__prefix__" not in name}


def add_rows(data, prefix, *rows):
    """Put new rows into the inline `prefix`, as “Add another” does."""
    total = int(data[f"{prefix}-TOTAL_FORMS"])
    for number, row in enumerate(rows, start=total):
        data.update({f"{prefix}-{number}-{name}": value for name, value in row.items()})
    data[f"{prefix}-TOTAL_FORMS"] = str(total + len(rows))


def send(client, url, /, *, rows=None, **values):
    """Open the form at `url`, fill in `values` and new `rows` by prefix, and save."""
    data = read_form(client.get(url)) | {name.replace("__", "-"): v for name, v in values.items()}
    for prefix, new in (rows or {}).items():
        add_rows(data, prefix, *new)
    return client.post(url, data)


def errors(response):
    """The sentences of a form that was sent back, by the name of the field they stand beside."""
    assert response.status_code == 200, response.status_code
    form = response.context["adminform"].form
    found = {
        form[name].html_name if name in form.fields else name: list(said)
        for name, said in form.errors.items()
    }
    for inline in response.context["inline_admin_formsets"]:
        if inline.formset.non_form_errors():
            found[inline.formset.prefix] = list(inline.formset.non_form_errors())
        for row in inline.formset.forms:
            for name, said in row.errors.items():
                found[f"{row.prefix}-{name}"] = list(said)
    return found


def saved(response):
    """Whether a form was taken: the browser is then led on."""
    if response.status_code == 200:
        raise AssertionError(errors(response))
    return response.status_code == 302
