// SPDX-License-Identifier: Apache-2.0

/// What the builder tells a worker: which hook to run, and with what.
package struct WorkOrder: Equatable, Sendable {
    package var element: String
    /// A `dib_phase`.
    package var phase: UInt32
    /// The phases of the manifest whose work the plugin's table does.
    package var expectedPhases: [UInt32]
    package var parameters: [String: String]
    /// The values of the build and those that earlier hooks published, by dotted name.
    package var values: [String: String]
    /// The disk layout, in the phases that see it.
    package var layout: String?
    /// The environment of the programs that the hook runs.
    package var environment: [String: String]
    package var hasTree: Bool
    /// Whether the hook runs with the tree as its root folder.
    package var isInChroot: Bool
    package var user: User
    /// The function that does the work of the phase; nil: the plugin's table has it.
    package var call: FunctionCall?

    /// What the worker is to do with the plugin.
    package var purpose: Purpose

    package enum Purpose: UInt8, Sendable {
        /// Run the hook.
        case build = 0
        /// Run the hook and tell what it left in the process.
        case trial = 1
        /// Load the plugin, and tell what that left; run no hook.
        case load = 2
    }

    /// The user who called dibhost.
    package struct User: Equatable, Sendable {
        package var name: String
        package var id: UInt32
        package var group: UInt32
        package var groups: [UInt32]
        package var home: String

        package init(name: String, id: UInt32, group: UInt32, groups: [UInt32], home: String) {
            self.name = name
            self.id = id
            self.group = group
            self.groups = groups
            self.home = home
        }
    }

    package init(
        element: String, phase: UInt32, expectedPhases: [UInt32], parameters: [String: String],
        values: [String: String], layout: String? = nil, environment: [String: String],
        hasTree: Bool, isInChroot: Bool, user: User, call: FunctionCall? = nil,
        purpose: Purpose = .build
    ) {
        self.element = element
        self.phase = phase
        self.expectedPhases = expectedPhases
        self.parameters = parameters
        self.values = values
        self.layout = layout
        self.environment = environment
        self.hasTree = hasTree
        self.isInChroot = isInChroot
        self.user = user
        self.call = call
        self.purpose = purpose
    }
}

extension WorkOrder {
    /// Fits no other kind of file: the four letters "dibw" and the version of this layout.
    private static let mark: UInt64 = 0x0000_0003_7762_6964

    /// The descriptors of a worker beside the standard ones.
    package enum Descriptor {
        /// The order: a file that is read from its start to its end.
        package static let order: Int32 = 3
        /// The plugin: the file that was inspected.
        package static let plugin: Int32 = 4
        /// The target tree, or /dev/null.
        package static let tree: Int32 = 5
        /// Where the worker writes its frames.
        package static let frames: Int32 = 6
    }

    /// The contents of the file that the worker reads.
    package var encoded: [UInt8] {
        var writer = FrameWriter()
        writer.put(Self.mark)
        writer.put(element)
        writer.put(phase)
        writer.put(expectedPhases) { $0.put($1) }
        writer.put(parameters)
        writer.put(values)
        writer.put(layout.map { [$0] } ?? []) { $0.put($1) }
        writer.put(environment)
        writer.put(hasTree)
        writer.put(isInChroot)
        writer.put(user.name)
        writer.put(user.id)
        writer.put(user.group)
        writer.put(user.groups) { $0.put($1) }
        writer.put(user.home)
        writer.put(call.map { [$0] } ?? []) { $1.put(to: &$0) }
        writer.put(purpose.rawValue)
        return writer.bytes
    }

    /// Reads what `encoded` made.
    package init(encoded bytes: [UInt8]) throws(FrameError) {
        var reader = FrameReader(bytes[...])
        guard try reader.number() == Self.mark else { throw .unknownKind }
        element = try reader.text()
        phase = try reader.number()
        expectedPhases = try reader.list { reader throws(FrameError) in try reader.number() }
        parameters = try reader.table()
        values = try reader.table()
        layout = try reader.list { reader throws(FrameError) in try reader.text() }.first
        environment = try reader.table()
        hasTree = try reader.flag()
        isInChroot = try reader.flag()
        user = User(
            name: try reader.text(), id: try reader.number(), group: try reader.number(),
            groups: try reader.list { reader throws(FrameError) in try reader.number() },
            home: try reader.text())
        call = try reader.list { reader throws(FrameError) in try FunctionCall(from: &reader) }
            .first
        guard let purpose = Purpose(rawValue: try reader.byte()) else { throw .unknownKind }
        self.purpose = purpose
        try reader.end()
    }
}
