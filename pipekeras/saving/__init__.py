"""Models, weights, configurations and objects, written to files and read again."""

__all__: list[str] = []
