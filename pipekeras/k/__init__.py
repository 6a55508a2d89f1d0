"""The backend functions of R keras 2.x: k_*."""

__all__: list[str] = []
