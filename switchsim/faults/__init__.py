"""What can be broken: the catalogue, one row a fault. How a fault acts is the business of the part that it acts on."""
