"""Articles and what belongs to them."""

from news.models.articles import ArticleIndexPage, ArticlePage, ArticleTag, Correction
from news.models.authors import ArticleAuthor, Author
from news.models.categories import Category, CategoryIndexPage
from news.models.commentary import CommentaryEdit, DraftedBlock, DraftRun, Review, Section
from news.models.curation import Curation
from news.models.feeds import Feed, FeedPoll, Story
from news.models.former_slugs import FormerSlug
from news.models.hub import ChangedFeed
from news.models.issues import Audience, Issue, IssueArticle, IssueStatus, NewsletterSettings
from news.models.likeness import LikenessEntry, LikenessPosting, LikenessWord
from news.models.merging import Merge, MergeStep
from news.models.related import RelatedLink
from news.models.settings import NewsroomSettings
from news.models.sources import Source, SourceDomain

__all__ = [
    "ArticleAuthor",
    "ArticleIndexPage",
    "ArticlePage",
    "ArticleTag",
    "Audience",
    "Author",
    "Category",
    "CategoryIndexPage",
    "ChangedFeed",
    "CommentaryEdit",
    "Correction",
    "Curation",
    "DraftRun",
    "DraftedBlock",
    "Feed",
    "FeedPoll",
    "FormerSlug",
    "Issue",
    "IssueArticle",
    "IssueStatus",
    "LikenessEntry",
    "LikenessPosting",
    "LikenessWord",
    "Merge",
    "MergeStep",
    "NewsletterSettings",
    "NewsroomSettings",
    "RelatedLink",
    "Review",
    "Section",
    "Source",
    "SourceDomain",
    "Story",
]
