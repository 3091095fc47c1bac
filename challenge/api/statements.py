"""Statements of teams about their entries, as bodies of requests. Names of fields are those of the site's forms."""

from datetime import date
from typing import Annotated, Literal

from ninja import Schema
from pydantic import ConfigDict, Field, create_model

from challenge.api.schemas import MOST_NUMBER
from challenge.models import Licence, MethodFacts, Resolution

Family, Pretraining, Sharing, PredictionsLicence = (
    Literal[("", *choices.values)]
    for choices in (MethodFacts.Family, MethodFacts.Pretraining, MethodFacts.Sharing, Licence)
)


class Closed(Schema):
    """A body without other fields: a typing error in `visibility` must not make an entry public."""

    model_config = ConfigDict(extra="forbid")


class Statements(Closed):
    """Statements of a team about an entry; the site's forms check it."""

    model_name: str = Field(max_length=100)
    description: str = Field(max_length=2000)
    study_url: str = Field("", max_length=300)
    code_url: str = Field("", max_length=300)
    external_data: bool = False
    special_methods: str = Field("", max_length=200)
    visibility: Literal["public", "anonymous", "private"] = "public"
    anonymous_until: date | None = None
    publish_predictions: bool = False
    predictions_licence: PredictionsLicence = ""  # type: ignore[valid-type]
    parameters_millions: float | None = None
    family: Family = ""  # type: ignore[valid-type]
    pretraining: Pretraining = ""  # type: ignore[valid-type]
    pretraining_name: str = ""
    n_networks: int | None = None
    sharing: Sharing = ""  # type: ignore[valid-type]
    training_hours: float | None = None
    hardware: str = ""
    code_licence: str = ""


class NewSubmission(Statements):
    """A new submission, in addition to its file."""

    resolution: Resolution
    phase: int | None = Field(
        None, ge=1, le=MOST_NUMBER, description="Needed if several phases take submissions."
    )


Changes = create_model(
    "Changes",
    __base__=Closed,
    __doc__="Changes of what a team says about an entry; what is left out stays.",
    **{  # type: ignore[call-overload]
        name: (Annotated[(field.annotation, Field(), *field.metadata)] | None, None)
        for name, field in Statements.model_fields.items()
    },
)


class Withdrawal(Closed):
    """A withdrawal of an entry."""

    delete_file: bool = Field(
        False, description="True to delete the file, too. Then the entry cannot be restored."
    )
