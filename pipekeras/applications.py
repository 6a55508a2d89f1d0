"""applications"""

__all__: list[str] = []
