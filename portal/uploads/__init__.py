"""Files that people hand in: looked at by their content, named safely, and kept where no web server hands them out."""
