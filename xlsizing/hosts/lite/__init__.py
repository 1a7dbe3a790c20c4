"""The functions in xlwings Lite: Python inside Excel, on a Mac and in a browser too."""

from xlsizing.hosts.lite.writing import write_lite

__all__ = ["write_lite"]
