"""Text as numbers."""

__all__: list[str] = []
