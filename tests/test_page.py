"""What meets the page: tables and pictures in both languages, read back from what was drawn."""
