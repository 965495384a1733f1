/// The program of a test's SMTP server, in Python: aiosmtpd, told what to do by files in its folder.
enum SMTPServerProgram {
    static let text = #"""
        import asyncio, base64, email, email.policy, json, os, ssl, sys
        from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

        FOLDER = sys.argv[1]


        def path(name):
            return os.path.join(FOLDER, name)


        with open(path("setup.json")) as file:
            SETUP = json.load(file)
        IMPLICIT = SETUP["security"] == "tls"
        USED = {}


        def write(name, value):
            # One write, so that a reader sees whole lines but for the last.
            with open(path(name), "a") as file:
                file.write(json.dumps(value) + "\n")


        def rule_for(stage, address):
            """The rule that applies now, counted as used; None to accept."""
            with open(path("rules.json")) as file:
                rules = json.load(file)
            local = address.split("@")[0]
            named = [rule for rule in rules if rule.get("recipient") == local]
            for rule in named or [rule for rule in rules if rule.get("recipient") is None]:
                if rule.get("stage") != stage:
                    continue
                used = USED.get(rule["id"], 0)
                if rule.get("times") is not None and used >= rule["times"]:
                    continue
                USED[rule["id"]] = used + 1
                return rule
            return None


        async def obey(rule, stage, address, server):
            """Does what the rule says and returns a reply."""
            write("events.jsonl", {"stage": stage, "address": address, "action": rule["action"]})
            if rule["action"] == "reply":
                return "%d %s" % (rule["code"], rule["text"])
            if rule["action"] == "drop":
                server.transport.abort()
                return "421 never seen"
            await asyncio.Event().wait()


        def described(session, envelope):
            raw = envelope.original_content or envelope.content
            message = email.message_from_bytes(raw, policy=email.policy.default)
            defects = [repr(defect) for part in message.walk() for defect in part.defects]
            defects += [repr(defect) for value in message.values() for defect in value.defects]

            def body(kind):
                part = message.get_body((kind,))
                return part.get_content().replace("\r\n", "\n") if part else None

            login = session.auth_data.login.decode() if isinstance(session.auth_data, LoginPassword) else None
            return {
                "sender": envelope.mail_from, "recipients": envelope.rcpt_tos, "user": login,
                "isEncrypted": IMPLICIT or bool(session.ssl), "raw": base64.b64encode(raw).decode(),
                "headers": {name: str(value) for name, value in message.items()},
                "text": body("plain"), "html": body("html"), "defects": defects,
            }


        class Handler:
            async def handle_MAIL(self, server, session, envelope, address, options):
                rule = rule_for("mail", address)
                if rule:
                    return await obey(rule, "mail", address, server)
                envelope.mail_from = address
                envelope.mail_options.extend(options)
                return "250 2.1.0 sender ok"

            async def handle_RCPT(self, server, session, envelope, address, options):
                rule = rule_for("rcpt", address)
                if rule:
                    return await obey(rule, "rcpt", address, server)
                envelope.rcpt_tos.append(address)
                return "250 2.1.5 recipient ok"

            async def handle_DATA(self, server, session, envelope):
                address = envelope.rcpt_tos[0]
                rule = rule_for("data", address)
                if rule is None or rule.get("isDelivered"):
                    write("messages.jsonl", described(session, envelope))
                if rule:
                    return await obey(rule, "data", address, server)
                write("events.jsonl", {"stage": "data", "address": address, "action": "accept"})
                return "250 2.0.0 queued as %d" % os.getpid()

            async def handle_QUIT(self, server, session, envelope):
                rule = rule_for("quit", "")
                return await obey(rule, "quit", "", server) if rule else "221 2.0.0 bye"


        def authenticate(server, session, envelope, mechanism, data):
            good = (isinstance(data, LoginPassword) and data.login.decode() == SETUP["username"]
                    and data.password.decode() == SETUP["password"])
            # With handled=True nobody would answer a failed login.
            return AuthResult(success=good, handled=False, auth_data=data)


        async def main():
            context = None
            if SETUP["security"] != "none":
                context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
                context.load_cert_chain(path("server.pem"))
            loop = asyncio.get_running_loop()
            options = {
                "hostname": "mail.example.org", "data_size_limit": SETUP["maximumSize"], "loop": loop,
                "tls_context": None if IMPLICIT else context, "require_starttls": SETUP["security"] == "startTLS",
            }
            if SETUP.get("username") is not None:
                options.update(
                    authenticator=authenticate, auth_required=True, auth_require_tls=SETUP["security"] == "startTLS")
            server = await loop.create_server(
                lambda: SMTP(Handler(), **options), "127.0.0.1", SETUP["port"], ssl=context if IMPLICIT else None)
            print("ready %d" % SETUP["port"], flush=True)
            async with server:
                await asyncio.Event().wait()


        asyncio.run(main())

        """#
}
