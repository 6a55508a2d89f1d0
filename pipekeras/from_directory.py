"""from_directory"""

__all__: list[str] = []
