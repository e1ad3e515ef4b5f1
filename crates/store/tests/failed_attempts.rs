use crypto::Digest;
use store::failed_attempts;

use crate::places::{MINUTE, NOW, in_each_house, winners};

#[tokio::test(flavor = "multi_thread")]
async fn neg_25_failures_at_once_are_all_counted_and_forgotten_after_their_span() {
    in_each_house(async |house| {
        let (tenant, key, end) = (house.tenant, Digest::of(b"somebody"), NOW.after(MINUTE));
        let run = |_| {
            let store = house.store.clone();
            let count = move |tx: &mut store::WriteTx<'_>| {
                failed_attempts::count(tx, tenant, ("client", &key), end, NOW)
            };
            async move { store.write(count).await.unwrap() }
        };
        assert_eq!(winners(run, |(failures, _)| *failures <= 10).await, 10);
        let later = house
            .write(move |tx| failed_attempts::count(tx, tenant, ("client", &key), end.after(MINUTE), end))
            .await;
        assert_eq!(later, (1, end.after(MINUTE)));
    })
    .await;
}
