/// Invented clients, the same for every run.
struct DemoClients {
    private static let given = [
        "Ada", "Bruno", "Chiara", "Dmitri", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kaja", "Liam", "Mona",
        "Nils", "Olga", "Paulo", "Quinn", "Rosa", "Samir", "Tara", "Umut", "Vera", "Wim", "Xenia", "Yann", "Zoe",
    ]
    private static let family = [
        "Aalto", "Berger", "Costa", "Dupont", "Eriksen", "Fischer", "Garcia", "Haddad", "Ivanova", "Jansen", "Kowalski",
        "Lindqvist", "Moreau", "Novak", "Okafor", "Peeters", "Quaranta", "Rossi", "Schmidt", "Tanaka", "Ueda",
        "Vasquez", "Weber", "Xu", "Yilmaz", "Zhang",
    ]

    /// The numbers of the clients, from 1.
    let numbers: ClosedRange<Int>

    var names: [String] {
        self.numbers.map { number in
            let given = Self.given[number % Self.given.count]
            let family = Self.family[(number / Self.given.count + number) % Self.family.count]
            return "\(given) \(family)"
        }
    }

    var emails: [String] { self.numbers.map { "client\($0)@clients.example" } }
}
