// SPDX-License-Identifier: Apache-2.0

public import ElementAPI

/// Does with the disk layout what the parameter `work` lists.
///
/// Each item is a verb and further words, separated by spaces.
struct Partitioner: Element, BlockDevicePhase {
    private let work: [[String]]

    init(_ parameters: Parameters) throws {
        work = parameters.list("work").map { $0.split(separator: " ").map(String.init) }
    }

    func blockDevice(_ target: BlockDeviceContext) throws {
        for words in work {
            switch words[0] {
            case "fail": throw ElementError("told to fail")
            case "show": target.log(describe(try target.layout))
            case "replace": try target.replaceLayout(Self.gpt)
            default: try target.editLayout { try change(&$0, words) }
            }
        }
    }

    private func change(_ layout: inout DiskLayout, _ words: [String]) throws {
        switch words[0] {
        case "rewrite": break
        case "add": try layout.add(partition(words))
        case "insert": try layout.insert(partition(words), before: words[6])
        case "disk":
            let volume = Volume(type: .ext4, label: words[1], mount: VolumeMount(words[2]))
            layout.disks.append(Disk(words[1], content: .volume(volume)))
        case "remove": try layout.removePartition(words[1])
        case "size": try layout.updatePartition(words[1]) { $0.size = size(words[2]) }
        case "size-at": try layout.updatePartition(at: words[1]) { $0.size = size(words[2]) }
        case "label": try layout.updateVolume(at: words[1]) { $0.label = words[2] }
        case "type":
            try layout.updateVolume(at: words[1]) { $0.type = .init(rawValue: words[2]) }
        default: throw ElementError("unknown verb '\(words[0])'")
        }
    }

    /// NAME SIZE TYPE LABEL POINT.
    private func partition(_ words: [String]) -> Partition {
        let volume = Volume(
            type: .init(rawValue: words[3]), label: words[4], mount: VolumeMount(words[5]))
        return Partition(words[1], size: size(words[2]), volume: volume)
    }

    /// A number is one of MiB.
    private func size(_ text: String) -> PartitionSize {
        switch text {
        case "auto": .fitting
        case "rest": .rest
        default: UInt64(text).map { .mebibytes($0) } ?? .percent(50)
        }
    }

    private func describe(_ layout: DiskLayout) -> String {
        let names = layout.disks.flatMap { disk in [disk.name] + disk.partitions.map(\.name) }
        let root = layout.root.map { "\($0.type.rawValue) \($0.label)" } ?? "nothing"
        return "layout: \(names.joined(separator: " ")), root: \(root)"
    }

    private static var gpt: DiskLayout {
        let system = Volume(
            type: .vfat, label: "esp",
            mount: VolumeMount("/boot/efi", tableLine: .init(options: "umask=0077")))
        var root = Volume(
            type: .ext4, label: "made", mount: VolumeMount("/", tableLine: .init(checkPass: 1)))
        root.options = ["-m", "1"]
        var table = PartitionTable(.gpt)
        table.partitions = [
            Partition("ESP", size: .mebibytes(40), type: "EF00", volume: system),
            Partition("root", size: .rest, volume: root),
        ]
        return DiskLayout(disks: [Disk("image0", content: .table(table))])
    }
}

/// The plugin's one exported function.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(Partitioner.self, host)
}
