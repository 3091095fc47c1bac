"""State of the site for its organizers: what needs a person, what is missing, and exports. Nothing here writes rows."""
