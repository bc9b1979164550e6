// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning
import Testing

@Suite struct ImageDefinitionsTests {
    private static func images(_ texts: String...) throws -> [ImageDefinition] {
        var definitions = ImageDefinitions()
        for text in texts {
            try definitions.read(
                YAMLSource(kind: "image definitions", name: "images.yaml", text: text))
        }
        return definitions.images
    }

    @Test func eachKeyBecomesAnOptionInTheOriginalsOrder() throws {
        let images = try Self.images(
            """
            - elements: [debian-minimal, vm]
              skip-base: yes
              packages: [vim, less]
              docker-target: a:b
              install-type: package
              ramdisk-element: dracut-ramdisk
              root-label: root
              qemu-img-options: {compat: '1.1', lazy_refcounts: 'on'}
              offline: true
              no-tmpfs: true
              mkfs-options: -m 0
              mkfs-journal-size: 32
              min-tmpfs: 4
              max-online-resize: 1000
              image-cache: /c
              image-extra-size: 7
              image-size: 3
              checksum: true
              logfile: a.log
              clear: true
              uncompressed: true
              debug-trace: 2
              ramdisk: false
              environment: {DIB_RELEASE: bookworm}
              types: [qcow2, raw]
              arch: amd64
              imagename: a b
            """)
        #expect(
            images.map(\.command) == [
                "DIB_RELEASE=bookworm disk-image-create -o 'a b' -a amd64 -t qcow2,raw -x -x -u -c --logfile a.log "
                    + "--checksum --image-size 3 --image-extra-size 7 --image-cache /c --max-online-resize 1000 "
                    + "--min-tmpfs 4 --mkfs-journal-size 32 --mkfs-options '-m 0' --no-tmpfs --offline "
                    + "--qemu-img-options compat=1.1,lazy_refcounts=on --root-label root "
                    + "--ramdisk-element dracut-ramdisk --install-type package --docker-target a:b -p vim,less -n "
                    + "debian-minimal vm"
            ])
    }

    @Test func partsOfOneImageAreMergedOverTheEndsOfFiles() throws {
        let images = try Self.images(
            """
            - elements: [base-os]
              environment: {A: one, B: "two's"}
            - imagename: second
              elements: [other-os]
              image-size: 1
              uncompressed: true
            """,
            """
            - elements: [vm]
              image-size: 2
              uncompressed: false
              mkfs-options: ''
              packages: []
            - imagename: third
              ramdisk: true
            - imagename: second
              types: [raw]
            """,
            """
            - types: [tar]
            """)
        #expect(
            images.map(\.command) == [
                "A=one B='two'\"'\"'s' disk-image-create base-os",
                "disk-image-create -o second -t raw,tar --image-size 2 other-os vm",
                "ramdisk-image-create -o third",
            ])
    }

    @Test func mapsMergeByKeyAndAnchorsAreFollowed() throws {
        let images = try Self.images(
            """
            - &common
              imagename: a
              environment: {A: '1', B: '2'}
              elements: [os]
            - <<: *common
              environment: {B: '3', C: '4'}
              imagename: a
            """)
        #expect(images.map(\.command) == ["A=1 B=3 C=4 disk-image-create -o a os os"])
    }

    @Test(arguments: [
        (
            "",
            "image definitions 'images.yaml' defines no image\n  hint: Write a list: '- imagename: NAME', and its other keys below."
        ),
        (
            "imagename: a",
            "image definitions 'images.yaml:1': the file is a map, and not a list of images\n  hint: Begin each image with '- imagename: NAME', and its other keys below."
        ),
        (
            "- a\n- b",
            "image definitions 'images.yaml:1': an image is a text, and not a map of its properties"
        ),
        (
            "- imagename: a\n  type: [raw]",
            "image definitions 'images.yaml:2': unknown key 'type'\n  hint: Did you mean 'types'?"
        ),
        (
            "- types: raw",
            "image definitions 'images.yaml:1': 'types' is a text 'raw', and takes a list of texts"
        ),
        (
            "- types:\n    - raw\n    - qcow",
            "image definitions 'images.yaml:3': 'types' cannot be 'qcow'\n  hint: Did you mean 'qcow2'? Known are: \(OutputFormat.names)."
        ),
        (
            "- environment:\n    A: x\n    B: 1.50",
            "image definitions 'images.yaml:3': 'environment.B' is a number '1.50', and takes a text\n  hint: Quote it: '1.50'."
        ),
        (
            "- environment: {A: on}",
            "image definitions 'images.yaml:1': 'environment.A' is true or false 'on', and takes a text\n  hint: Quote it: 'on'."
        ),
        (
            "- image-size: 0",
            "image definitions 'images.yaml:1': 'image-size' is a whole number '0', and takes a whole number from 1"
        ),
        (
            "- image-size: '3'",
            "image definitions 'images.yaml:1': 'image-size' is a text '3', and takes a whole number from 1"
        ),
        (
            "- debug-trace: 3",
            "image definitions 'images.yaml:1': 'debug-trace' is a whole number '3', and takes a whole number from 0 to 2"
        ),
        (
            "- offline: maybe",
            "image definitions 'images.yaml:1': 'offline' is a text 'maybe', and takes true or false"
        ),
        (
            "- elements: [a, [b]]",
            "image definitions 'images.yaml:1': 'elements' is a list, and takes a text"
        ),
        (
            "- root-label:",
            "image definitions 'images.yaml:1': 'root-label' is nothing, and takes a text\n  hint: Quote it: ''."
        ),
        (
            "- imagename: [a",
            "image definitions 'images.yaml:2': did not find expected ',' or ']'\n  hint: Column 1 of that line is where reading stopped."
        ),
    ])
    func whatMakesNoSenseIsRefusedWithItsLine(text: String, message: String) {
        let error = #expect(throws: BuildError.self) { try Self.images(text) }
        #expect(error?.description == message)
        #expect(error?.code == .refused)
    }
}
