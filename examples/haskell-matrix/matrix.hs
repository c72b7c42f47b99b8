{-# LANGUAGE OverloadedStrings #-}
-- Reads {"matrix": [[...], ...]} from standard input, writes its determinant and its eigenvalues.
module Main (main) where

import Data.Aeson
import qualified Data.ByteString.Lazy.Char8 as Bytes
import Data.Complex (imagPart, realPart)
import Numeric.LinearAlgebra (Matrix, cols, det, eigenvalues, fromLists, rows, toList)
import System.Exit (die)

newtype Event = Event [[Double]]

instance FromJSON Event where
    parseJSON = withObject "the event" $ \event -> Event <$> event .: "matrix"

main :: IO ()
main = do
    input <- Bytes.getContents
    case eitherDecode input >>= square of
        Left problem -> die problem
        Right matrix -> Bytes.putStr (encode (answer matrix))

-- | The matrix of an event, which must have as many rows as columns.
square :: Event -> Either String (Matrix Double)
square (Event lists)
    | null lists = Left "the matrix is empty"
    | any ((/= length lists) . length) lists = Left "the matrix is not square"
    | otherwise = Right (fromLists lists)

answer :: Matrix Double -> Value
answer matrix =
    object
        [ "determinant" .= det matrix
        , "eigenvalues" .= [object ["re" .= realPart z, "im" .= imagPart z] | z <- toList (eigenvalues matrix)]
        , "size" .= [rows matrix, cols matrix]
        ]
