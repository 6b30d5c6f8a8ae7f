"""Where uploads are stored: each as a whole, or not at all.

A disk may be full, or may not be written to. Then the person who sends a file is told so beside the
field, nothing of the file is left, and what it was to replace stays. That holds on the disk on
which files are kept, and on the one on which large files lie while they come in.
"""

from __future__ import annotations

import logging
import tempfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.forms import ModelForm

if TYPE_CHECKING:
    from typing import Any

logger = logging.getLogger(__name__)

NOT_STORED = (
    "This file could not be stored: the site has no room for it at the moment. Nothing of it was"
    " kept. Tell whoever looks after this site, and upload it again later."
)


class NotStoredError(OSError):
    """The file could not be written; nothing of it is left."""


class UploadStorage(FileSystemStorage):
    """A folder in which a file has its name only when all of it is there."""

    def _save(self, name: str, content: File[Any]) -> str:
        try:
            draft = self._draft(content)
            try:
                return str(super()._save(name, _Draft(draft)))  # type: ignore[misc]  # the stubs do not know it
            finally:
                # Once it has its name, there is no draft any more.
                draft.unlink(missing_ok=True)
        except OSError as error:
            logger.error("A file could not be stored: %s", error.strerror)  # noqa: TRY400 - all is said
            raise NotStoredError(*error.args) from error

    def _draft(self, content: File[Any]) -> Path:
        """All of it, beside where it will be, under a name that nobody knows."""
        folder = Path(self.location)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
            draft = Path(file.name)
            try:
                for chunk in content.chunks():
                    file.write(chunk.encode() if isinstance(chunk, str) else chunk)
                file.flush()
            except BaseException:
                draft.unlink(missing_ok=True)
                # What could not be written is tried again when the file is closed.
                with suppress(OSError):
                    file.close()
                raise
        return draft


class _Draft(File):
    """A file that is moved to where it belongs."""

    def __init__(self, path: Path) -> None:
        super().__init__(None, name=str(path))

    def temporary_file_path(self) -> str:
        return str(self.name)


class NotReceived(UploadedFile):
    """A file that there was no room for while it came; whichever form asks for it is told so.

    A form asks for the size before anything else.
    """

    @property
    def size(self) -> int:
        """Nobody knows it. Raises ValidationError, which stands beside the field."""
        raise ValidationError(NOT_STORED, code="not_stored")

    @size.setter
    def size(self, size: int | None) -> None:
        """Django tells every file how large it is; this one is not there."""


class ReceivingHandler(TemporaryFileUploadHandler):
    """Takes large files in; without room for one, the rest of the form still arrives."""

    _is_lost = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin with the next file of the form."""
        self._is_lost = False
        # The one before is the form's by now.
        self.__dict__.pop("file", None)
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self._lose(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Take the next piece of it, or pass over it."""
        if not self._is_lost:
            try:
                super().receive_data_chunk(raw_data, start)
                # Else the file keeps a part in memory, for which there may be no room at its end.
                self.file.flush()
            except OSError as error:
                self._lose(error)
        return None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """The file, or what tells that it is not there."""
        if self._is_lost:
            return NotReceived(BytesIO(), self.file_name, self.content_type)
        return super().file_complete(file_size)

    def _lose(self, error: OSError) -> None:
        logger.error("A file could not be received: %s", error.strerror)
        self._is_lost = True
        if (file := self.__dict__.pop("file", None)) is None:
            return
        # What could not be written is tried again when the file is closed; it is deleted first.
        Path(file.temporary_file_path()).unlink(missing_ok=True)
        with suppress(OSError):
            file.close()


class StoringForm(ModelForm):
    """A form for something with a ``file``, which it stores as the last thing that is checked."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # the stubs do not know it
        if NOT_STORED in self.errors.get("file", ()):
            # What else is wrong with a file that is not there helps nobody.
            self.errors["file"] = self.error_class([NOT_STORED])
        if self.errors or "file" not in self.changed_data:
            return
        file = self.instance.file
        try:
            file.save(file.name, file.file, save=False)
        except NotStoredError:
            self.add_error("file", NOT_STORED)
