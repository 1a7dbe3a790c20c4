"""The functions in xlwings Lite: Python inside Excel, on a Mac and in a browser too."""
