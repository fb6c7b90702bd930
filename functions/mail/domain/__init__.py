"""Rules about mails: when one is due, what it says, and every change its job may go through."""
