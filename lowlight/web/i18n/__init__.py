"""The page in several languages: its texts in English, the catalogues, and which one a visitor is answered in."""
