"""Look for inputs that break a reader, led by the code that they reach; run by hand, for hours.

It needs Atheris (`python -m pip install atheris`), and runs until it is stopped, or until an input
ends in anything else than one line of `UserError`: that input is kept, and the traceback shown.
What is new and worth keeping lies in the corpus; without Atheris, Hypothesis draws the inputs.

  python tests/faults/fuzz.py yaml corpus/yaml -max_total_time=3600
"""

import os
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

try:
    import atheris
except ModuleNotFoundError:
    atheris = None
with atheris.instrument_imports(["regression_unlearning"]) if atheris else nullcontext():
    import bad_files
    import bad_texts
    from readers import READERS

    from regression_unlearning.errors import UserError

#: Inputs of the run by hand without Atheris.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "100000"))


def met(reader: str, content: bytes) -> None:
    """Read some content: it is read, or refused in one line.

    Raises
    ------
    AssertionError
        Where it is refused in more lines; any other error is that of the reader.
    """
    name, read = READERS[reader]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            read(path)
        except UserError as error:
            assert len(str(error).splitlines()) == 1, error


def seeds(reader: str) -> list[bytes]:
    """What the suite knows of a reader's wrong inputs: the search begins there."""
    texts = [content for content, _ in bad_texts.ROWS.get(reader, ())]
    files = [content for _, content, _ in bad_files.rows().get(reader, ())]
    return [text.encode() if isinstance(text, str) else text for text in (*texts, *files)]


def main() -> None:
    """Read the arguments and search."""
    if len(sys.argv) < 2 or sys.argv[1] not in READERS:
        sys.exit(f"{__doc__}\nreaders: {', '.join(READERS)}")
    reader = sys.argv.pop(1)
    if atheris is None:
        from hypothesis import given, settings
        from hypothesis import strategies as st

        drawn = st.one_of(st.binary(), st.text().map(str.encode), st.sampled_from(seeds(reader)))
        settings(max_examples=EXAMPLES, deadline=None)(given(drawn)(lambda x: met(reader, x)))()
        return
    for folder in sys.argv[1:]:
        if not folder.startswith("-"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            for number, content in enumerate(seeds(reader)):
                (Path(folder) / f"known_{number}").write_bytes(content)
    atheris.Setup(sys.argv, lambda content: met(reader, content))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
