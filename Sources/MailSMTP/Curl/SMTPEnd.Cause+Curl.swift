import CCurl

extension SMTPEnd.Cause {
    /// What a code of libcurl means for a mail.
    init(_ code: CURLcode) {
        self =
            switch code {
            case CURLE_OK: .done
            case CURLE_ABORTED_BY_CALLBACK: .aborted
            case CURLE_LOGIN_DENIED: .loginDenied
            case CURLE_USE_SSL_FAILED: .withoutTLS
            case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER,
                CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE, CURLE_SSL_INVALIDCERTSTATUS:
                .untrusted
            case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_NOT_BUILT_IN, CURLE_BAD_FUNCTION_ARGUMENT,
                CURLE_UNKNOWN_OPTION, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED,
                CURLE_SSL_ENGINE_INITFAILED:
                .settings
            default: .other
            }
    }
}
