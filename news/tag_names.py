"""Tags of pages that show more of the news than the rows that they load."""

# Whatever lists articles, counts them, or says when there is a new one.
ARTICLES = "articles"
CATEGORIES = "categories"
# Whatever lists sources, tags or authors.
FILING = "filing"
