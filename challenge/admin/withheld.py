"""Withheld datasets in the admin: words and a file of labels, which no page shows again."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from challenge.admin.acting import organizer
from challenge.models import Phase, WithheldDataset
from challenge.scoring.withheld import MOST_FILE_BYTES
from challenge.services import withheld


class WithheldDatasetForm(forms.ModelForm):
    """A withheld dataset, with the file of its labels: needed to add it, and to replace the labels."""

    labels_file = forms.FileField(
        label="File of the labels",
        required=False,
        help_text="CSV with the columns “index” and “label” (class numbers from 0); for a multi-label dataset “index” "
        "and a column of 0 and 1 for each label. Or an npz file with the array “labels” or “test_labels”. Nobody can "
        "download it again. To keep the stored labels, leave this empty.",
    )

    class Meta:
        widgets = {
            "class_names": forms.Textarea(attrs={"rows": 8, "cols": 60}),
            "description": forms.Textarea(attrs={"rows": 6, "cols": 80}),
        }

    def clean_phase(self) -> Phase:
        """Refuse a phase whose withheld datasets cannot be changed."""
        phase: Phase = self.cleaned_data["phase"]
        if refusal := withheld.refusal_of_changes(phase):
            raise forms.ValidationError(refusal)
        return phase

    def clean_labels_file(self) -> UploadedFile | None:
        """Refuse a missing file for a new dataset, and a file that is too large to read."""
        upload: UploadedFile | None = self.cleaned_data["labels_file"]
        if upload is None and not self.instance.pk:
            raise forms.ValidationError("Choose the file of the labels.")
        if upload and upload.size and upload.size > MOST_FILE_BYTES:
            raise forms.ValidationError(f"The file is larger than {MOST_FILE_BYTES >> 20} MB.")
        return upload

    def clean(self) -> dict[str, Any]:
        """Check the words together, and the labels against the task and the classes."""
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        about = ("phase", "name", "title", "task", "class_names")
        typed = WithheldDataset(
            pk=self.instance.pk,
            n_images=self.instance.n_images or 0,
            checksum=self.instance.checksum,
            **{name: data[name] for name in about},
        )
        if refusal := withheld.refusal_of_words(typed):
            self.add_error(None, refusal)
            return data
        upload = data["labels_file"]
        self.content = upload.read() if upload else None
        try:
            withheld.labels_from(self.content, typed)
        except withheld.WithheldRefusedError as error:
            self.add_error("labels_file", str(error))
        return data


@admin.register(WithheldDataset)
class WithheldDatasetAdmin(admin.ModelAdmin):
    """Withheld datasets of phases. They are fixed as soon as the phase has scores."""

    form = WithheldDatasetForm
    list_display = ["title", "name", "phase", "task", "n_images", "created_at", "changes"]
    list_select_related = ["phase"]
    list_filter = ["phase"]
    fields = [
        *("phase", "name", "title", "task", "class_names", "description", "licence", "labels_file"),
        *("n_images", "checksum", "changes"),
    ]
    readonly_fields = ["n_images", "checksum", "changes"]

    def get_fields(self, request: HttpRequest, obj: WithheldDataset | None = None) -> list[Any]:
        """Leave out the field of the file where nothing can be changed."""
        names = list(self.fields or ())
        return names if self._may_change(request, obj) else [name for name in names if name != "labels_file"]

    def _may_change(self, request: HttpRequest, obj: WithheldDataset | None) -> bool:
        return self.has_change_permission(request, obj) if obj else self.has_add_permission(request)

    @admin.display(description="changes")
    def changes(self, dataset: WithheldDataset) -> str:
        """Words on why it cannot be changed."""
        if dataset.phase_id is None:
            return "-"
        return withheld.refusal_of_changes(dataset.phase) or "Possible until an entry is scored in the phase."

    def has_change_permission(self, request: HttpRequest, obj: WithheldDataset | None = None) -> bool:
        """Allow changes until the phase has scores."""
        return super().has_change_permission(request, obj) and not (
            obj and withheld.refusal_of_changes(obj.phase)
        )

    def has_delete_permission(self, request: HttpRequest, obj: WithheldDataset | None = None) -> bool:
        """Allow deletion until the phase has scores."""
        return super().has_delete_permission(request, obj) and not (
            obj and withheld.refusal_of_changes(obj.phase)
        )

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer no deletion of several datasets at once."""
        return {}

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Add or change a dataset; an entry can be scored after the form was checked."""
        return _or_refusal(request, super().changeform_view, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Delete a dataset; an entry can be scored after the right was checked."""
        return _or_refusal(request, super().delete_view, *args, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: WithheldDataset, form: WithheldDatasetForm, change: bool
    ) -> None:
        """Save with the labels and a line of history."""
        withheld.save_dataset(obj, form.content, by=organizer(request))

    def delete_model(self, request: HttpRequest, obj: WithheldDataset) -> None:
        """Delete with the labels, and a line of history."""
        withheld.delete_dataset(obj, by=organizer(request))


def _or_refusal(
    request: HttpRequest, view: Callable[..., HttpResponse], *args: Any, **kwargs: Any
) -> HttpResponse:
    """Return the answer of a view, or lead to the list with the reason why the service refused."""
    try:
        return view(request, *args, **kwargs)
    except withheld.WithheldRefusedError as refusal:
        messages.error(request, str(refusal))
        return redirect("admin:challenge_withhelddataset_changelist")
