/// Certificates for servers of tests, valid until 2125.
///
/// The keys are public: trust them nowhere.
enum SMTPCertificates {
    /// The authority of both.
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBnDCCAUOgAwIBAgIUbJ5+6jqEJHLyyOfq0lDhX2JaEyYwCgYIKoZIzj0EAwIw
        GzEZMBcGA1UEAwwQQnVsa2hlYWQgdGVzdCBDQTAgFw0yNjExMjMwOTE3MzVaGA8y
        MTI2MTAzMDA5MTczNVowGzEZMBcGA1UEAwwQQnVsa2hlYWQgdGVzdCBDQTBZMBMG
        ByqGSM49AgEGCCqGSM49AwEHA0IABMESa2e9k6MANGFYd/j78A02fMAAjWTdcwiD
        4LPt8YkjbLSAOGLoV9cYxBK8mhUHlB6GUfTqBY1+lb6HRb3SAFOjYzBhMB0GA1Ud
        DgQWBBQNnVXz78HBK4R6hWwQzoQa7wKTszAfBgNVHSMEGDAWgBQNnVXz78HBK4R6
        hWwQzoQa7wKTszAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBBjAKBggq
        hkjOPQQDAgNHADBEAiBVOsmFXerGLgXvV+dZmBICNcICBk0vV0nF/lMxKsFcuQIg
        HGe9f9O9g3MyhNL3lzTnkKETAlQAnsfBoBLBaCm0wOc=
        -----END CERTIFICATE-----

        """

    /// For `localhost` and 127.0.0.1, with its key.
    static let localhost = """
        -----BEGIN CERTIFICATE-----
        MIIBxjCCAWygAwIBAgIUe7nBRl18WimCyyUBH8S8g5eYIkYwCgYIKoZIzj0EAwIw
        GzEZMBcGA1UEAwwQQnVsa2hlYWQgdGVzdCBDQTAgFw0yNjExMjMwOTE3MzVaGA8y
        MTI2MTAzMDA5MTczNVowFDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZIzj0C
        AQYIKoZIzj0DAQcDQgAEEVgfwGdlNZJ5GEAxGvV6N5NwUpgymLVqyFpYEE2fykGS
        Tb0BtrZvaIFVeQnwfZuOUYANqLh9kc3Sf7RUKpqnj6OBkjCBjzAaBgNVHREEEzAR
        gglsb2NhbGhvc3SHBH8AAAEwDAYDVR0TAQH/BAIwADATBgNVHSUEDDAKBggrBgEF
        BQcDATAOBgNVHQ8BAf8EBAMCB4AwHQYDVR0OBBYEFP2PGBJanMB5185NFBBP3xUR
        Y4EhMB8GA1UdIwQYMBaAFA2dVfPvwcErhHqFbBDOhBrvApOzMAoGCCqGSM49BAMC
        A0gAMEUCICAf3jMzDFhT5THkJBw1tO+LsAFV26Z2Jtk0pGm9NtODAiEAvfg2CHXt
        p3DnUo7W0hOSEams4MVEqyx/LWLn6oyo/3U=
        -----END CERTIFICATE-----
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEIN3A6uiBQBom0T/P0udZ0waDUJYIJC0BvGB1j+BNNfrvoAoGCCqGSM49
        AwEHoUQDQgAEEVgfwGdlNZJ5GEAxGvV6N5NwUpgymLVqyFpYEE2fykGSTb0BtrZv
        aIFVeQnwfZuOUYANqLh9kc3Sf7RUKpqnjw==
        -----END EC PRIVATE KEY-----

        """

    /// For `mail.example.org`, with its key.
    static let otherHost = """
        -----BEGIN CERTIFICATE-----
        MIIBzjCCAXSgAwIBAgIUe7nBRl18WimCyyUBH8S8g5eYIkcwCgYIKoZIzj0EAwIw
        GzEZMBcGA1UEAwwQQnVsa2hlYWQgdGVzdCBDQTAgFw0yNjExMjMwOTE3MzVaGA8y
        MTI2MTAzMDA5MTczNVowGzEZMBcGA1UEAwwQbWFpbC5leGFtcGxlLm9yZzBZMBMG
        ByqGSM49AgEGCCqGSM49AwEHA0IABJ6MbYSXOcFQeqOCGOYnzowY1FzE//TfAO22
        Db9QZXTVOwDuKHy0a0y/EbmsTm0EzvB4YCJuf0xB07+5atJutIWjgZMwgZAwGwYD
        VR0RBBQwEoIQbWFpbC5leGFtcGxlLm9yZzAMBgNVHRMBAf8EAjAAMBMGA1UdJQQM
        MAoGCCsGAQUFBwMBMA4GA1UdDwEB/wQEAwIHgDAdBgNVHQ4EFgQUg+SFsCV0bL7z
        PqOCLgRBxWRdm7owHwYDVR0jBBgwFoAUDZ1V8+/BwSuEeoVsEM6EGu8Ck7MwCgYI
        KoZIzj0EAwIDSAAwRQIhAK+RK8EWQ7/UynWiDV9luKMUiz0v+EjQwd1FnkqEUlga
        AiBkb1Q3jwfTBsw0+n5uUB/pMZLYmCDhutAcMElJGRRY/w==
        -----END CERTIFICATE-----
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEIAogmaK1eWxh4YiTlxmCDh7l1GTtYHWRohcfU2Z0kd9UoAoGCCqGSM49
        AwEHoUQDQgAEnoxthJc5wVB6o4IY5ifOjBjUXMT/9N8A7bYNv1BldNU7AO4ofLRr
        TL8RuaxObQTO8HhgIm5/TEHTv7lq0m60hQ==
        -----END EC PRIVATE KEY-----

        """
}
