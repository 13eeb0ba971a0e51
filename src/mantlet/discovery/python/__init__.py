"""Python read as if it ran: values followed through functions, classes and modules; nothing is executed."""
