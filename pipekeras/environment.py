"""environment"""

__all__: list[str] = []
