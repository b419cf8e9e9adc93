//! What a sandbox without a data folder holds.

use super::{Derivative, Progress, TranslationState, World};
use crate::content::Content;
use crate::text;
use flate2::{Compression, Crc, write::ZlibEncoder};
use std::io::Write as _;
use std::time::{Duration, SystemTime};

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const MODELS: &str = "apsfetch-sandbox-models";
const FILES: &str = "apsfetch-sandbox-files";

/// `ready_after`: how long the first design says "in progress".
pub(crate) fn add(world: &mut World, ready_after: Duration, now: SystemTime) {
    add_designs(world, ready_after, now);
    add_objects(world, now);
}

fn add_designs(world: &mut World, ready_after: Duration, now: SystemTime) {
    let source =
        |name: &str| text::base64_urn(&format!("urn:adsk.objects:os.object:{MODELS}/{name}"));

    let house = world.design_entry(&source("house.rvt"), "US", now);
    if !ready_after.is_zero() {
        let seconds = ready_after.as_secs_f64();
        house.progress = Progress::new(TranslationState::After { seconds }, now);
    }
    let files = [
        ("obj/house.obj", Content::synthetic(256 * MIB, 1)),
        ("obj/house.mtl", Content::bytes(MATERIAL)),
        ("thumbnails/house 400x400.png", Content::bytes(png(400))),
        ("ifc/Büro {Süd} 1+1.ifc", Content::synthetic(3 * MIB + 1, 2)),
        ("svf2/house.svf2", Content::synthetic(MIB, 3)),
    ];
    for (relative, content) in files {
        let derivative = Derivative::new(&house.output_urn(relative), content, now);
        house.put(derivative);
    }

    let broken = world.design_entry(&source("broken.rvt"), "US", now);
    let state = TranslationState::Failed {
        message: "The file is not a Revit file or is not a supported version.".to_owned(),
    };
    broken.progress = Progress::new(state, now);
    let derivative = Derivative::new(
        &broken.output_urn("obj/broken.obj"),
        Content::synthetic(0, 0),
        now,
    );
    broken.put(derivative);

    let stuck = world.design_entry(&source("stuck.rvt"), "US", now);
    stuck.progress = Progress::new(TranslationState::Pending, now);
    let derivative = Derivative::new(
        &stuck.output_urn("obj/stuck.obj"),
        Content::synthetic(MIB, 4),
        now,
    );
    stuck.put(derivative);

    let european = world.design_entry(&source("Haus.rvt"), "EMEA", now);
    let derivative = Derivative::new(
        &european.output_urn("obj/Haus.obj"),
        Content::synthetic(2 * MIB, 5),
        now,
    );
    european.put(derivative);
}

fn add_objects(world: &mut World, now: SystemTime) {
    let sizes = [
        ("empty.bin", 0),
        ("one.bin", 1),
        ("odd.bin", 12_345),
        ("medium.bin", 64 * MIB + 7),
        ("huge.bin", 5 * GIB),
        ("with space.bin", 100_001),
        ("a+b.bin", 100_002),
        ("issue #7.bin", 100_003),
        ("100%.bin", 100_004),
        ("50%2Foff.bin", 100_005),
        ("folder/sub folder/nested.bin", 100_006),
        ("Grüße/日本語.bin", 100_007),
        ("what?.bin", 100_008),
    ];
    for (index, (key, size)) in sizes.into_iter().enumerate() {
        world.put_object(
            FILES,
            key,
            Content::synthetic(size, 100 + index as u64),
            now,
        );
    }
    world.put_object(
        FILES,
        "notes.txt",
        Content::bytes(*b"A text, for the eye.\n"),
        now,
    );
    world.put_object(
        FILES,
        "page.html",
        Content::bytes(*b"<p>Not to be shown inline.</p>\n"),
        now,
    );

    let bucket = world.bucket_entry(FILES, now);
    let mut unmerged = super::Object::new("unmerged.bin", Content::synthetic(19_715_187, 200), now);
    unmerged.set_chunks(&[10_747_472, 8_967_715]);
    bucket.objects.insert(unmerged.key.clone(), unmerged);

    world.put_object(MODELS, "house.rvt", Content::synthetic(8 * MIB, 300), now);
}

const MATERIAL: &[u8] = b"newmtl wall\nKd 0.8 0.8 0.8\nnewmtl roof\nKd 0.6 0.2 0.1\n";

/// A square picture of a colour gradient, as a PNG that viewers open.
fn png(side: u32) -> Vec<u8> {
    let mut pixels = Vec::new();
    for y in 0..side {
        pixels.push(0); // no filter on this line
        for x in 0..side {
            pixels.extend([(x * 255 / side) as u8, (y * 255 / side) as u8, 160]);
        }
    }
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder
        .write_all(&pixels)
        .expect("memory takes every write");
    let data = encoder.finish().expect("memory takes every write");

    let mut header = Vec::new();
    header.extend(side.to_be_bytes());
    header.extend(side.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]); // 8 bits, RGB
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, body) in [(b"IHDR", &header), (b"IDAT", &data), (b"IEND", &Vec::new())] {
        file.extend((body.len() as u32).to_be_bytes());
        let mut crc = Crc::new();
        crc.update(kind);
        crc.update(body);
        file.extend(kind);
        file.extend(body);
        file.extend(crc.sum().to_be_bytes());
    }
    file
}
