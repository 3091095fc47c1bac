"""Form controls in the style of the site."""

from django import forms, template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def control(field: BoundField) -> SafeString:
    """Render a field's widget as a Bootstrap control, with its label instead of a placeholder."""
    kind = "form-check-input" if is_checkbox(field) else "form-control"
    if isinstance(field.field.widget, forms.Select):
        kind = "form-select"
    state = " is-invalid" if field.errors else ""
    return field.as_widget(attrs={"class": kind + state, "placeholder": False})


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Return whether the field is a checkbox, whose label comes after it."""
    return isinstance(field.field.widget, forms.CheckboxInput)
