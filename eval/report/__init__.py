"""Reports as single HTML files: no network, light and dark, Chinese and English."""
