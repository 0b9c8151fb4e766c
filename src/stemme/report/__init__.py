"""A page that shows what an analysed export says: one self-contained HTML file."""
