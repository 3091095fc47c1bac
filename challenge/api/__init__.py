"""The programming interface under `/api/v1/`: the site's services as JSON, for `medbig` and other programs."""
