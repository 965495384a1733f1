public import Postgres
public import Tenancy
public import Workflow

/// The workflows about tenants.
public struct TenantWorkflows: Sendable {
    /// Makes a tenant; what it did is undone if it comes to nothing.
    public static let provisionName: WorkflowName = "tenant.provision"
    /// Gives a tenant that is there what it lacks.
    public static let repairName: WorkflowName = "tenant.repair"
    /// Takes a tenant out of service.
    public static let removeName: WorkflowName = "tenant.remove"
    /// All of them.
    public static let names: [WorkflowName] = [Self.provisionName, Self.repairName, Self.removeName]

    let effects: TenantEffects
    /// Makes a tenant.
    public let provision: Workflow
    /// Gives a tenant that is there what it lacks.
    public let repair: Workflow
    /// Takes a tenant out of service.
    public let remove: Workflow

    /// All of them, for a worker.
    public var all: [Workflow] { [self.provision, self.repair, self.remove] }

    /// The workflows over these.
    ///
    /// - Parameters:
    ///   - client: logs in as `bulkhead_control`.
    ///   - mailDomain: the domain of the ids of mails; nil if no mail is sent.
    ///   - announcer: told of tenants that were changed, beside what the database announces by itself.
    ///   - reach: what makes the tenant's name reach it, in order: DNS, certificate.
    ///   - expiry: what lets pass the time in which a removed name still leads to the tenant.
    public init(
        client: PostgresClient, database: TenantDatabase, signer: ContextSigner, template: TenantTemplate,
        tiers: any TierRepository, store: PostgresWorkflowStore, mailDomain: String?,
        announcer: any TenantAnnouncer = SilentAnnouncer(),
        reach: [any WorkflowStep<TenantOrder>] = [NotConfiguredStep("dns"), NotConfiguredStep("certificate")],
        expiry: [any WorkflowStep<TenantOrder>] = []
    ) {
        let effects = TenantEffects(
            fenced: FencedClient(client: client), database: database, signer: signer, template: template, tiers: tiers,
            store: store, mailDomain: mailDomain, announcer: announcer)
        self.effects = effects
        let build: [any WorkflowStep<TenantOrder>] = [
            SubdomainStep(effects: effects), SchemaStep(effects: effects), SettingsStep(effects: effects),
            FirstAdministratorStep(effects: effects), IsolationProofStep(effects: effects),
        ]
        let finish: [any WorkflowStep<TenantOrder>] = [
            ActivationStep(effects: effects), WelcomeMailStep(effects: effects),
        ]
        self.provision = Workflow(
            Self.provisionName, input: TenantOrder.self, exhaustion: .compensate, pivot: ActivationStep.name,
            steps: build + reach + finish, translate: TenantEffects.failure)
        // A tenant that is in use is never undone, whatever becomes of its repair.
        self.repair = Workflow(
            Self.repairName, input: TenantOrder.self, exhaustion: .deadLetter, steps: build + reach,
            translate: TenantEffects.failure)
        self.remove = Workflow(
            Self.removeName, input: TenantOrder.self, exhaustion: .deadLetter,
            steps: [SessionsEndStep(effects: effects), MailEndStep(effects: effects)]
                + reach.reversed().map { Self.undoing($0) } + expiry
                + [DeletionStep(effects: effects), DataRemovalStep(effects: effects)],
            translate: TenantEffects.failure)
    }

    private static func undoing(_ step: some WorkflowStep<TenantOrder>) -> any WorkflowStep<TenantOrder> {
        UndoingStep(step)
    }
}
