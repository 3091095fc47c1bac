"""Names of prediction files. They only show what somebody means to send; the content decides how a file is read."""

#: Ends of the names that a submission may have.
SUFFIXES = (".csv", ".csv.gz", ".zip")


def problem_of_name(name: str) -> str | None:
    """Return why a file with this name cannot be a submission, worded for its author; None if it can be one."""
    if name.lower().endswith(SUFFIXES):
        return None
    return "The file must be a .csv, a .csv.gz compressed with gzip, or a .zip of the files of MedMNIST's evaluator."
