"""Submissions in the admin: the list, the page of each, and what organizers do with them."""

from challenge.admin.submissions.registered import SubmissionAdmin

__all__ = ["SubmissionAdmin"]
