"""Folders of results, and what is said of them."""

import pytest

from xlsizing import InputError
from xlsizing.importers.imported import one_curve, read_results
from xlsizing.importers.points import Options


@pytest.fixture
def folder(tmp_path):
    """Return a new folder that holds these files, given by name."""

    def made(files):
        top = tmp_path / "results"
        for name, text in files.items():
            path = top / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return top

    return made


@pytest.fixture
def imported(folder):
    """Return the one curve in a folder of these files, read as the options say."""

    def imported(files, **options):
        return one_curve(read_results([folder(files)], Options(**options)), "results")

    return imported


@pytest.fixture
def refused(imported):
    """Return the sentence with which such a folder is refused."""

    def refused(files, **options):
        with pytest.raises(InputError) as error:
            imported(files, **options).curve  # noqa: B018  # the curve is made when it is read
        sentence = str(error.value)
        assert len(sentence.splitlines()) == 1
        return sentence

    return refused
