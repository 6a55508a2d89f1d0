"""flags"""

__all__: list[str] = []
