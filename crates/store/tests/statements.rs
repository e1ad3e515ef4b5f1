use std::sync::Mutex;

use store::Shape;

use crate::places::on_each_engine;

#[tokio::test]
async fn every_statement_has_the_same_shape_on_each_engine() {
    let shapes: Mutex<Vec<Vec<Shape>>> = Mutex::default();
    on_each_engine(async |ground| {
        let store = ground.open();
        let found = store.shapes().await.unwrap();
        shapes.lock().unwrap().push(found);
        store.close().await;
    })
    .await;

    let shapes = shapes.into_inner().unwrap();
    for shape in &shapes[0] {
        let highest = (1..100).rev().find(|number| shape.sql.contains(&format!("${number}"))).unwrap_or(0);
        assert_eq!(shape.parameters, highest, "{}", shape.sql);
    }
    assert!(shapes[0].len() > 40);
    assert!(shapes.iter().all(|it| *it == shapes[0]));
}
