"""feature_space"""

__all__: list[str] = []
