"""One entry or group of seeds: its scores, figures, exports and citation, and the page that shows them."""
