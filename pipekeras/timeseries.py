"""timeseries"""

__all__: list[str] = []
