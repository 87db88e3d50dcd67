"""`python -m docs.generate`: write what is derived; nothing else of a file changes."""

from docs.generate.files import ROOT, generated


def main() -> None:
    """Write each file whose text is not what its declarations say."""
    for path, text in generated().items():
        (ROOT / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
