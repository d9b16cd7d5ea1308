//! Bytes of a request that are made once, with places that are written over before each sending.

use std::ops::Range;

/// A request with places.
#[derive(Clone, Debug)]
pub(super) struct Template {
    bytes: Vec<u8>,
    places: Vec<Range<usize>>,
}

impl Template {
    /// Takes a request in which each of the `marks` stands once, and is as long as what is to come in its place.
    pub(super) fn new(bytes: Vec<u8>, marks: &[&str]) -> Self {
        let place = |mark: &&str| {
            let mut windows = bytes.windows(mark.len());
            let start = windows.position(|part| part == mark.as_bytes());
            let start = start.expect("the caller has written its marks into the request");
            start..start + mark.len()
        };
        let places = marks.iter().map(place).collect();
        Self { bytes, places }
    }

    /// Writes a number in decimal digits at a place, with zeros before it.
    pub(super) fn write_number(&mut self, place: usize, mut number: u64) {
        for digit in self.bytes[self.places[place].clone()].iter_mut().rev() {
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
        }
    }

    /// Writes bytes at a place, which must have their length.
    pub(super) fn write(&mut self, place: usize, bytes: &[u8]) {
        self.bytes[self.places[place].clone()].copy_from_slice(bytes);
    }

    /// The request as it is to be sent.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::Template;

    #[test]
    fn places_are_written_over_again_and_again() {
        let mut template = Template::new(b"GET /a/@@@@?b=$$$ x".to_vec(), &["@@@@", "$$$"]);
        template.write(0, b"some");
        template.write_number(1, 42);
        assert_eq!(template.bytes(), b"GET /a/some?b=042 x");
        template.write_number(0, 7);
        template.write_number(1, 1_234);
        assert_eq!(template.bytes(), b"GET /a/0007?b=234 x");
    }
}
