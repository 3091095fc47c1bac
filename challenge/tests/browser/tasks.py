"""Tasks of organizers as data: page, button, fields, words of the site, and the line of the history."""

from collections.abc import Mapping
from dataclasses import dataclass, field

SUBMISSION = "/admin/challenge/submission/{%s}/change/"
TEAM = "/admin/accounts/team/{team %s}/change/"
FLAG = "/admin/challenge/integrityflag/{flag %s}/change/"
GROUP = "/admin/challenge/methodgroup/{group}/change/"
INVITATIONS = "/admin/accounts/invitation/"


@dataclass(frozen=True)
class Task:
    """One task: a button on a page leads to a form, which asks before it acts."""

    name: str
    #: Address of the page with the button, with names of rows in braces.
    page: str
    button: str
    #: Words of the page that asks.
    asks: str
    #: Words of the message at the end.
    says: str
    #: Act in the line of history.
    action: str
    #: Values of the form by name: texts, true for a box to tick.
    fields: Mapping[str, str | bool] = field(default_factory=dict)
    #: Text of the button of the form, if it differs from the button on the page.
    confirm: str = ""
    #: Role that does it; `also` may do it, too. All others are refused.
    role: str = "Organizer"
    also: tuple[str, ...] = ()
    #: False if the act asks for no reason.
    has_reason: bool = True
    #: Text by which the list of the history finds the line.
    found_by: str = ""

    @property
    def reason(self) -> str:
        """The reason that the organizer gives, and finds the line by."""
        return f"For the task: {self.name}."


TASKS = [
    # --- Submissions ------------------------------------------------------------------------------
    Task("disqualify", SUBMISSION % "disqualify", "Disqualify", "They leave the ranking", "is disqualified.",
         "disqualified"),
    Task("reinstate", SUBMISSION % "reinstate", "Reinstate", "The disqualification ends.", "is reinstated.",
         "reinstated"),
    Task("hold", SUBMISSION % "hold", "Hold", "while you check them", "is held.", "held"),
    Task("release", SUBMISSION % "release", "Release", "The check ends.", "is released.", "released"),
    Task("restore", SUBMISSION % "restore", "Restore", "The withdrawal by the team is undone.", "is restored.",
         "restored"),
    Task("correct", SUBMISSION % "correct", "Correct the protocol", "The entry is standard if", "is corrected.",
         "corrected the protocol", {"external_data": True, "special_methods": "An ensemble of five networks"}),
    Task("score again", SUBMISSION % "again", "Score again", "This changes 1 submission, and takes about",
         "is being scored again.", "had it scored again"),
    Task("write about an entry", SUBMISSION % "write", "Write to the team", "names the submission",
         "is on its way.", "wrote to the team", {"subject": "A question", "text": "How was it trained?"}, "Send",
         also=("Assistant",), has_reason=False, found_by="Team write"),
    # --- Teams ------------------------------------------------------------------------------------
    Task("write to a team", TEAM % "letter", "Write to the team", "The history keeps it.", "is on its way.",
         "wrote to the team", {"subject": "A question", "text": "Who are you?"}, "Send",
         also=("Assistant",), has_reason=False, found_by="Team letter"),
    Task("extra submissions", TEAM % "extra", "Extra submissions", "Now the team may send 10 a day",
         "may send 2 more a day and 5 more in total.", "granted extra submissions", {"a_day": "2", "in_total": "5"}),
    Task("rename", TEAM % "rename", "Rename", "show the new name", "has a new name.", "renamed",
         {"name": "Team with a new name"}),
    Task("change the address", TEAM % "address", "Change the address", "We write to both addresses.",
         "was changed.", "changed the address", {"email": "another@example.org"}),
    Task("confirm the address", TEAM % "confirm address", "Confirm the address", "counts as confirmed then.",
         "is confirmed.", "confirmed the address"),
    Task("move submissions", TEAM % "move", "Move submissions", "This team has 1 submission.",
         "Submissions moved to Team second account: 1.", "moved", {"target": "Team second account"}),
    Task("block", TEAM % "block", "Block", "The team cannot log in any more", "is blocked.", "blocked",
         {"disqualify_entries": True}),
    Task("unblock", TEAM % "unblock", "Unblock", "The team can log in again.", "can log in again.", "unblocked"),
    Task("close an account", TEAM % "close", "Close the account",
         "Public entries that stay on the leaderboard: 0.", "The account Team close is closed.", "closed the account",
         {"name": "anonymise"}),
    Task("close an account and keep its name", TEAM % "close and keep", "Close the account",
         "Public entries that stay on the leaderboard: 1.", "The account Team close and keep is closed.",
         "closed the account", {"name": "keep"}),
    Task("rename a closed team", TEAM % "left", "Rename", "show the new name", "has a new name.", "renamed",
         {"name": "Team that has left"}),
    Task("dissolve a group", GROUP, "Dissolve", "Its 2 submissions stay", "is dissolved.", "dissolved the group"),
    # --- Flags of integrity -----------------------------------------------------------------------
    Task("confirm a flag", FLAG % "confirm", "Confirm", "its team hears nothing", "The flag is confirmed.",
         "confirmed a flag"),
    Task("dismiss a flag", FLAG % "dismiss", "Dismiss", "is not raised again", "The flag is dismissed.",
         "dismissed a flag"),
    Task("ask the team about a flag", FLAG % "ask", "Ask the team", "It does not see the flag", "is on its way.",
         "asked the team about a flag", {"text": "How was it trained?"}, has_reason=False,
         found_by="Team flag ask"),
    Task("disqualify for a flag", FLAG % "disqualify", "Disqualify the entry", "Its team gets the reason by mail.",
         "The entry is disqualified.", "disqualified for a flag"),
    # --- Organizers -------------------------------------------------------------------------------
    Task("invite an organizer", INVITATIONS, "Add invitation", "Role", "We have written to new@example.org.",
         "invited", {"email": "new@example.org", "name": "New person", "role": "Organizer"}, "Save",
         role="Administrator", has_reason=False, found_by="New person"),
    Task("remove a lost second factor", TEAM % "factor", "Remove the second factor",
         "Be sure that the person who asks is the right one", "has no second factor any more.",
         "removed the second factor", role="Administrator"),
]  # fmt: skip
