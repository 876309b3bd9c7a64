"""The views of the page Explain, one file each, and what they all ask first."""
