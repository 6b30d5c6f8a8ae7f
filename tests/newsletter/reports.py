"""What mail servers and providers write back, as they write it."""

from __future__ import annotations

from email.message import Message


def undeliverable(
    message: Message,
    *,
    status: str = "5.1.1",
    action: str = "failed",
    diagnostic: str = "smtp; 550 5.1.1 No such user here",
    original: str = "text/rfc822-headers",
    recipient: str | None = None,
) -> bytes:
    """A report as RFC 3464 has it, about a mail that was sent; ``original`` is how it comes back."""
    to = recipient or str(message["To"])
    if original == "message/rfc822":
        returned = message.as_string()
    else:
        returned = "".join(f"{name}: {value}\n" for name, value in message.items())
    answers = f"In-Reply-To: {message['Message-ID']}\n" if not original else ""
    third = f"--part\nContent-Type: {original}\n\n{returned}\n" if original else ""
    return f"""Return-Path: <>
From: MAILER-DAEMON@mail.example.org (Mail Delivery System)
To: newsroom@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
{answers}MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

This is a MIME-encapsulated message.

--part
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--part
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org
Arrival-Date: Fri, 27 Nov 2026 07:00:03 -0500

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.com
Diagnostic-Code: {diagnostic}

{third}--part--
""".encode()


def complaint(message: Message, *, kind: str = "abuse", original: str = "message/rfc822") -> bytes:
    """A report as RFC 5965 has it, from the provider of a reader who called a mail unwanted."""
    returned = message.as_string()
    return f"""From: <feedback@provider.example>
To: <newsroom@example.org>
Subject: FW: {message["Subject"]}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part"

--part
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report.

--part
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <newsroom@example.org>

--part
Content-Type: {original}
Content-Disposition: inline

{returned}
--part--
""".encode()
