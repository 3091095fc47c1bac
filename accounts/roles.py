"""Names of the roles; `challenge.services.roles` says what each may do."""

ORGANIZER = "Organizer"
ASSISTANT = "Assistant"
ADMINISTRATOR = "Administrator"
ROLES = (ORGANIZER, ASSISTANT, ADMINISTRATOR)
