// SPDX-License-Identifier: Apache-2.0

internal import Elements
internal import LinuxSystem
internal import SystemPackage
internal import Wire

/// The readers of foreign bytes.
enum FuzzTarget: String, CaseIterable {
    /// A plugin's file: ELF tables and what lies in them.
    case plugin
    /// A plugin's manifest.json.
    case manifest
    /// What a worker says to the builder, in pieces of any length.
    case frames
    /// What the builder tells a worker.
    case order

    /// The reader of this process; set once before libFuzzer starts.
    nonisolated(unsafe) static var chosen = Self.plugin

    /// Hands one input to the reader, which may read or refuse it.
    static func run(_ bytes: [UInt8]) {
        do {
            switch chosen {
            case .plugin: try readPlugin(bytes)
            case .manifest: try readManifest(bytes)
            case .frames: try readFrames(bytes)
            case .order: try readOrder(bytes)
            }
        } catch is PluginFault {
        } catch is PluginFile.Unusable {
        } catch is FrameError {
        } catch {
            fatalError("an error of no known kind: \(error)")
        }
    }

    /// One file for all inputs.
    private static let file = Result { try FileDescriptor.memoryFile(holding: "") }

    private static func readPlugin(_ bytes: [UInt8]) throws {
        let file = try file.get()
        try file.resize(to: 0)
        try file.writeAll(toAbsoluteOffset: 0, bytes)
        let elf = try ELFFile(reading: file)
        _ = try elf.segments()
        _ = try elf.dynamicSymbols()
        _ = try elf.versionNeeds()
        _ = try PluginFile(reading: file, path: "/plugin.so")
    }

    private static func readManifest(_ bytes: [UInt8]) throws {
        _ = try ManifestReader.read(bytes)
    }

    private static func readFrames(_ bytes: [UInt8]) throws {
        var frames: [WorkerFrame] = []
        var stream = FrameStream()
        // The first byte says how long the pieces are in which the rest arrives.
        let size = max(1, Int(bytes.first ?? 1))
        for start in stride(from: 1, to: bytes.count, by: size) {
            try bytes[start..<min(start + size, bytes.count)].withUnsafeBytes {
                try stream.append($0) { frames.append($0) }
            }
        }
        for frame in frames {
            let again = try WorkerFrame(payload: frame.encoded.dropFirst(4))
            precondition(again == frame, "\(frame) came back as \(again)")
        }
    }

    private static func readOrder(_ bytes: [UInt8]) throws {
        let order = try WorkOrder(encoded: bytes)
        let again = try WorkOrder(encoded: order.encoded)
        precondition(again == order, "\(order) came back as \(again)")
    }
}
