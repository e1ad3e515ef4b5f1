//! The side that has files decoded.

use std::{path::PathBuf, time::Duration};

use child::{Answer, Child, ChildFault};

use crate::{Bounds, ImageFault, LARGEST_FILE, Picture};

/// Where files from outside are decoded: a program that ends in [`crate::child::decode`].
#[derive(Clone, Debug)]
pub struct Decoder(Child);

impl Decoder {
    /// `program` is started with `arguments` and the bounds: width, height and bytes.
    pub fn new(program: PathBuf, arguments: &[&str]) -> Self {
        Self(Child::new(program, arguments))
    }

    /// The same with another limit on the time that passes.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self(self.0.with_patience(patience))
    }

    /// Decodes a file in a child and gives the picture that fits `bounds`.
    ///
    /// # Errors
    /// [`ImageFault`]: tell whoever brought the file; [`ImageFault::NoAnswer`] is ours.
    pub async fn fit(&self, file: &[u8], bounds: Bounds) -> Result<Picture, ImageFault> {
        if file.is_empty() {
            return Err(ImageFault::Empty);
        }
        if file.len() > LARGEST_FILE {
            return Err(ImageFault::TooLarge);
        }
        let wanted = [bounds.width.to_string(), bounds.height.to_string(), bounds.bytes.to_string()];
        match self.0.ask(&wanted, file, bounds.bytes).await {
            Ok(Answer::Result(png)) => Picture::read(png, bounds).ok_or(ImageFault::NoAnswer),
            Ok(Answer::Refusal(word)) => Err(ImageFault::parse(&word).unwrap_or(ImageFault::NoAnswer)),
            Err(ChildFault::TooExpensive) => Err(ImageFault::TooExpensive),
            Err(ChildFault::NoAnswer) => Err(ImageFault::NoAnswer),
        }
    }
}
