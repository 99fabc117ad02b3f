"""What publishes the collection: check, execute, export; the analyses do without."""
